import { type Map as LibreMap, Map as MapLibre, Marker, setWorkerUrl } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { useEffect, useRef, useState } from "react";
import type { DmaRow, UtilityMap } from "../../api/queries.ts";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { asData, boundsOf, districtsOf, mapStyle, type Theme } from "./map-style.ts";
import { words } from "./words.ts";

setWorkerUrl(new URL(workerUrl, import.meta.url).href);

const PADDING_PX = 24;

/** The utility's districts on its own map, coloured by loss; drawn without any tile server. */
export function DistrictMap(props: {
  readonly map: UtilityMap;
  readonly districts: readonly DmaRow[];
  readonly theme: Theme;
}) {
  const { say } = useWords("wall", words);
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<LibreMap>(undefined);
  const [isBroken, setIsBroken] = useState(false);
  const { map, districts, theme } = props;
  const first = useRef({ districts });
  useEffect(() => {
    const bounds = boundsOf(map.districts.map(({ geometry }) => geometry));
    if (place.current === null || bounds === null) return;
    try {
      const style = mapStyle(map, first.current.districts, theme);
      const libre = new MapLibre({
        container: place.current,
        style,
        bounds,
        fitBoundsOptions: { padding: PADDING_PX },
        attributionControl: false,
        interactive: false,
        canvasContextAttributes: { preserveDrawingBuffer: true },
      });
      libre.getCanvas().setAttribute("aria-hidden", "true");
      drawn.current = libre;
      return () => libre.remove();
    } catch {
      setIsBroken(true);
      return;
    }
  }, [map, theme]);
  useLabels(drawn, map, districts, theme);
  if (isBroken) return <p className="wall-note">{say("noWebGl")}</p>;
  return (
    <div className="wall-map" role="img" aria-label={say("mapLabel")}>
      <div ref={place} />
    </div>
  );
}

/** Names and losses over the map, and the colours as they change. */
function useLabels(
  drawn: { readonly current: LibreMap | undefined },
  map: UtilityMap,
  districts: readonly DmaRow[],
  theme: Theme,
): void {
  const { pick } = useVocabulary();
  const { money } = useFormat();
  useEffect(() => {
    const libre = drawn.current;
    if (libre === undefined) return;
    const recolor = () => {
      const source = libre.getSource("districts");
      if (source !== undefined && "setData" in source)
        (source as RecolorSource).setData(asData(districtsOf(map, districts, theme)));
    };
    if (libre.loaded()) recolor();
    else void libre.once("load", recolor);
    const labels = map.districts.flatMap(({ dmaId, geometry }) => {
      const district = districts.find((row) => row.id === dmaId);
      const bounds = boundsOf([geometry]);
      if (district === undefined || bounds === null) return [];
      const element = labelOf(pick(district.name), money(district.lossPerDay));
      const middle: [number, number] = [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2];
      return [new Marker({ element }).setLngLat(middle).addTo(libre)];
    });
    return () => {
      libre.off("load", recolor);
      for (const label of labels) label.remove();
    };
  }, [drawn, map, districts, theme, pick, money]);
}

interface RecolorSource {
  setData(data: ReturnType<typeof asData>): void;
}

function labelOf(name: string, loss: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "wall-label";
  element.append(name, document.createElement("br"), loss);
  return element;
}

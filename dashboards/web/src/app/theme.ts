import { type ThemeConfig, theme } from "antd";

/** The seed colour: the blue of the charts' actual curve. */
const PRIMARY = { light: "#0b62a8", dark: "#5aa9e6" } as const;

/** As `--nf-act` of `app.css`: texts and buttons of what cannot be taken back. */
const ERROR = { light: "#b91c1c", dark: "#ff9a94" } as const;

/** Grounds of dark pages, as in `app.css`. */
const DARK_GROUNDS = { colorBgContainer: "#161d25", colorBgElevated: "#1d2630", colorBgLayout: "#0e1318" } as const;

/**
 * The theme of desks: compact (32 px rows), by the system's wish light or dark, with dialogs that move in or are there at once. Secondary texts are darker (lighter in
 * the dark) than antd's own, so that they keep a contrast of 4.5:1.
 */
export function deskTheme(look: { readonly isDark: boolean; readonly hasLessMotion: boolean }): ThemeConfig {
  const { isDark, hasLessMotion } = look;
  return {
    algorithm: isDark
      ? [theme.darkAlgorithm, theme.compactAlgorithm]
      : [theme.defaultAlgorithm, theme.compactAlgorithm],
    token: {
      colorPrimary: isDark ? PRIMARY.dark : PRIMARY.light,
      colorError: isDark ? ERROR.dark : ERROR.light,
      ...(isDark ? DARK_GROUNDS : {}),
      colorTextDescription: isDark ? "#b4bcc6" : "#4b5563",
      colorTextTertiary: isDark ? "#b4bcc6" : "#4b5563",
      colorTextPlaceholder: isDark ? "#a3adb8" : "#5b6470",
      fontFamily: "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif",
      // The compact algorithm takes the next smaller size: texts are 14 px.
      fontSize: 16,
      borderRadius: 6,
      motion: !hasLessMotion,
    },
    components: {
      Button: isDark ? { primaryColor: "#06121d", dangerColor: "#1d0606" } : {},
      Table: { headerBg: isDark ? "#1d2630" : "#f4f6f8", cellPaddingInlineSM: 12, cellPaddingBlockSM: 5 },
    },
  };
}

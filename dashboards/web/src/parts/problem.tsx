import { Alert, Button } from "antd";
import { ApiProblem } from "../api/client.ts";
import { common } from "../words/common.ts";
import { useWords } from "../words/use-words.ts";
import { problemText } from "./problem-words.ts";

/** Something that did not work: what, what to do, and a code to read out on the telephone. */
export function Problem(props: { readonly error: unknown; readonly onRetry?: (() => void) | undefined }) {
  const { say, language } = useWords("common", common);
  const { text, remedy } = problemText(props.error, language);
  const code = props.error instanceof ApiProblem ? props.error.code : "PAGE";
  return (
    <Alert
      type={code === "RIGHT_MISSING" || code === "NOT_FOUND" ? "info" : "error"}
      showIcon
      title={text}
      description={
        <>
          {remedy !== null && <p className="nf-tight">{remedy}</p>}
          <span className="nf-soft">{say("errorCode", { code })}</span>
        </>
      }
      action={props.onRetry && <Button onClick={props.onRetry}>{say("retry")}</Button>}
    />
  );
}

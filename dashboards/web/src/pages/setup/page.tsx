import { useRouter } from "@tanstack/react-router";
import { Alert, Button, Input } from "antd";
import { type FormEvent, useId, useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

/** Where the one-time link of a fresh platform leads: the first administrator is made here. */
export function SetupPage() {
  const { say } = useWords("setup", words);
  const router = useRouter();
  const id = useId();
  const [isBusy, setIsBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token") ?? "";
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const body = { token, login: String(fields.get("login")), password: String(fields.get("password")) };
    setIsBusy(true);
    setRefusal(null);
    try {
      await dataOf(api.POST("/api/setup", { body }));
      await router.navigate({ to: "/sign-in" });
    } catch (error) {
      setRefusal(error);
      setIsBusy(false);
    }
  };
  return (
    <main className="nf-door">
      <form onSubmit={submit} aria-label={say("title")}>
        <h1>{say("title")}</h1>
        <p className="nf-tight">{say("intro")}</p>
        {token === "" && <Alert type="warning" showIcon title={say("noToken")} />}
        <div className="nf-field">
          <label htmlFor={`${id}-login`}>{say("login")}</label>
          <Input id={`${id}-login`} name="login" size="large" autoComplete="username" required maxLength={64} />
        </div>
        <div className="nf-field">
          <label htmlFor={`${id}-password`}>{say("password")}</label>
          <Input.Password
            id={`${id}-password`}
            name="password"
            size="large"
            autoComplete="new-password"
            required
            minLength={10}
            maxLength={256}
          />
        </div>
        <div aria-live="assertive">{refusal !== null && <Problem error={refusal} />}</div>
        <Button type="primary" size="large" htmlType="submit" loading={isBusy} disabled={token === ""}>
          {say("submit")}
        </Button>
      </form>
    </main>
  );
}

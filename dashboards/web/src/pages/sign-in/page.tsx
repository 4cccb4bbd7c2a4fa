import { getRouteApi, useRouter } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { type FormEvent, useId, useState } from "react";
import { signIn } from "../../api/session.ts";
import { pageAfterSignIn } from "../../app/navigation.ts";
import { Problem } from "../../parts/problem.tsx";
import { chooseLanguage } from "../../words/index.ts";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

const route = getRouteApi("/sign-in");

/** The door: user name, password, language. */
export function SignInPage() {
  const { say, language } = useWords("sign-in", words);
  const { to } = route.useSearch();
  const router = useRouter();
  const [isBusy, setIsBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setIsBusy(true);
    setRefusal(null);
    try {
      const session = await signIn(String(fields.get("login")), String(fields.get("password")));
      await router.navigate({ href: pageAfterSignIn(session.role, to) });
    } catch (error) {
      setRefusal(error);
      setIsBusy(false);
    }
  };
  return (
    <main className="nf-door">
      <form onSubmit={submit} aria-label={say("title")}>
        <h1>{say("product")}</h1>
        <SignInFields isRefused={refusal !== null} />
        <div aria-live="assertive">{refusal !== null && <Problem error={refusal} />}</div>
        <Button type="primary" size="large" htmlType="submit" loading={isBusy}>
          {say("submit")}
        </Button>
        <Button
          type="text"
          lang={language === "zh" ? "en" : "zh-CN"}
          title={say("languageLabel")}
          onClick={() => void chooseLanguage(language === "zh" ? "en" : "zh")}
        >
          {say("language")}
        </Button>
      </form>
    </main>
  );
}

function SignInFields(props: { readonly isRefused: boolean }) {
  const { say } = useWords("sign-in", words);
  const id = useId();
  const [hasCapsLock, setHasCapsLock] = useState(false);
  const look = (event: React.KeyboardEvent) => setHasCapsLock(event.getModifierState("CapsLock"));
  const status = props.isRefused ? "error" : "";
  return (
    <>
      <div className="nf-field">
        <label htmlFor={`${id}-login`}>{say("login")}</label>
        <Input
          id={`${id}-login`}
          name="login"
          size="large"
          autoComplete="username"
          autoFocus
          required
          maxLength={64}
          status={status}
        />
      </div>
      <div className="nf-field">
        <label htmlFor={`${id}-password`}>{say("password")}</label>
        <Input.Password
          id={`${id}-password`}
          name="password"
          size="large"
          autoComplete="current-password"
          required
          maxLength={256}
          status={status}
          onKeyDown={look}
          onKeyUp={look}
        />
        <span role="status" className="nf-soft">
          {hasCapsLock ? say("capsLock") : ""}
        </span>
      </div>
    </>
  );
}

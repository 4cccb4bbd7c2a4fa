import { useNavigate } from "@tanstack/react-router";
import { Button, Input, Modal } from "antd";
import { useId, useState } from "react";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Asks for the name of a new profile and opens its page, with what was found to begin with; nothing is kept before it is saved there. */
export function NewProfile(props: {
  readonly children: string;
  readonly content?: Readonly<Record<string, unknown>> | undefined;
}) {
  const { say } = useWords("profiles", words);
  const navigate = useNavigate();
  const [name, setName] = useState<string>();
  const id = useId();
  const open = () =>
    void navigate({
      to: "/collection/profiles/$name",
      params: { name: name ?? "" },
      ...(props.content && { state: { profile: { ...props.content, name } } }),
    });
  return (
    <>
      <Button onClick={() => setName("")}>{props.children}</Button>
      <Modal
        open={name !== undefined}
        title={props.children}
        okText={say("make")}
        cancelText={say("cancel")}
        okButtonProps={{ disabled: !NAME.test(name ?? "") }}
        onOk={open}
        onCancel={() => setName(undefined)}
      >
        <label htmlFor={id}>{say("newName")}</label>
        <Input id={id} value={name ?? ""} maxLength={64} onChange={({ target }) => setName(target.value)} />
      </Modal>
    </>
  );
}

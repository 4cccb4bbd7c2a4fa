import { Modal } from "antd";
import { useCallback, useState } from "react";
import { useWords } from "../words/use-words.ts";
import { useShortcut } from "./shortcuts.ts";

const words = {
  title: { zh: "键盘操作", en: "Keys" },
  search: { zh: "搜索表具、事件、工单、客户", en: "Search meters, events, tickets, accounts" },
  help: { zh: "显示此列表", en: "Show this list" },
  tab: { zh: "到下一个链接或按钮", en: "Go to the next link or button" },
  enter: { zh: "打开或执行", en: "Open or do it" },
  rows: { zh: "列表：下一行、上一行", en: "In a list: next row, row before" },
  alarms: {
    zh: "事件列表：确认、搁置、由我处理、勾选",
    en: "In the list of events: acknowledge, shelve, take on, tick",
  },
  escape: { zh: "关闭窗口或详情", en: "Close a dialog or a detail" },
} as const;

const KEYS = [
  { word: "search", keys: ["/", "Ctrl K"] },
  { word: "tab", keys: ["Tab"] },
  { word: "rows", keys: ["j", "k"] },
  { word: "alarms", keys: ["a", "s", "t", "x"] },
  { word: "enter", keys: ["Enter"] },
  { word: "escape", keys: ["Esc"] },
  { word: "help", keys: ["?"] },
] as const;

/** What the keyboard can do; `?` shows it. */
export function KeyboardHelp() {
  const { say } = useWords("keyboard-help", words);
  const [isOpen, setIsOpen] = useState(false);
  useShortcut(
    "help",
    useCallback(() => setIsOpen(true), []),
  );
  return (
    <Modal title={say("title")} open={isOpen} footer={null} onCancel={() => setIsOpen(false)}>
      <dl className="nf-keys">
        {KEYS.map((entry) => (
          <div key={entry.word} style={{ display: "contents" }}>
            <dt>
              {entry.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{say(entry.word)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useTranslation } from "react-i18next";
import { queryClient } from "../api/query-client.ts";
import { useHasLessMotion, useIsDark } from "../parts/media.ts";
import { router } from "./router.tsx";
import { deskTheme } from "./theme.ts";

/** The whole application: language, theme, server state, addresses. */
export function App() {
  const { i18n } = useTranslation();
  const look = { isDark: useIsDark(), hasLessMotion: useHasLessMotion() };
  return (
    <ConfigProvider
      button={{ autoInsertSpace: false }}
      locale={i18n.language === "en" ? enUS : zhCN}
      theme={deskTheme(look)}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </ConfigProvider>
  );
}

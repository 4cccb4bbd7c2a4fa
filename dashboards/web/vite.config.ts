import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The pages. Libraries that every page needs are files of their own, so that a new page does not load them again. */
export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/api": "http://127.0.0.1:8480" } },
  build: {
    target: "es2023",
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: "router", test: /node_modules\/@tanstack\// },
            { name: "charts", test: /node_modules\/(echarts|zrender)\// },
          ],
        },
      },
    },
  },
});

import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { compressedCopies } from "./build/compressed-copies.ts";
import { poseModels } from "./build/pose-models.ts";
import { samplePhotos } from "./build/sample-photos.ts";

const API = process.env.API_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
	root: fileURLToPath(new URL(".", import.meta.url)),
	plugins: [
		react(),
		tailwindcss(),
		poseModels(),
		samplePhotos(fileURLToPath(new URL("../../samples", import.meta.url))),
		VitePWA({
			registerType: "prompt",
			injectRegister: null,
			manifest: {
				name: "anny-fitter",
				short_name: "anny-fitter",
				description: "Photos in, a measured 3D body out, with an error bar on every number.",
				start_url: "/",
				display: "standalone",
				background_color: "#f7f7f4",
				theme_color: "#f7f7f4",
				icons: [
					{ src: "/icon-192.png", sizes: "192x192", type: "image/png" },
					{ src: "/icon-512.png", sizes: "512x512", type: "image/png" },
					{ src: "/icon-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
				],
			},
			workbox: {
				// The shell works offline; what belongs to a person is never kept by the service worker.
				globPatterns: ["**/*.{js,css,html,svg,webmanifest}"],
				navigateFallback: "/index.html",
				navigateFallbackDenylist: [/^\/api\//, /^\/docs/, /^\/metrics/, /^\/(healthz|readyz)/],
				cleanupOutdatedCaches: true,
			},
		}),
		compressedCopies(),
	],
	worker: { format: "es" },
	build: {
		target: "es2022",
		// Data URLs would need wider rules for what the page may load.
		assetsInlineLimit: 0,
		// The licences of what is bundled go with it.
		license: { fileName: "licences.txt" },
		modulePreload: { polyfill: false },
		chunkSizeWarningLimit: 1500,
	},
	server: { proxy: { "/api": { target: API, ws: true }, "/samples": API } },
});

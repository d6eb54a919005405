import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { compressedCopies } from "./build/compressed-copies.ts";
import { poseModels } from "./build/pose-models.ts";
import { samplePhotos } from "./build/sample-photos.ts";

/** Files from this size on, such as the viewer and the networks, are not for everyone's first visit. */
const LARGE_BYTES = 300_000;

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
				id: "/",
				start_url: "/",
				scope: "/",
				lang: "en",
				categories: ["health", "lifestyle", "productivity"],
				display: "standalone",
				background_color: "#f7f7f4",
				theme_color: "#f7f7f4",
				icons: [
					{ src: "/icon-192.png", sizes: "192x192", type: "image/png" },
					{ src: "/icon-512.png", sizes: "512x512", type: "image/png" },
					{ src: "/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
				],
			},
			workbox: {
				// The shell works offline; what belongs to a person is never kept by the service worker.
				globPatterns: ["**/*.{js,css,html,svg,webp,webmanifest}"],
				manifestTransforms: [
					(entries) => ({ manifest: entries.filter(({ size }) => size < LARGE_BYTES), warnings: [] }),
				],
				// What is large is kept once it was needed. Names in this folder change with the content.
				runtimeCaching: [
					{
						urlPattern: ({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith("/assets/"),
						handler: "CacheFirst",
						options: { cacheName: "large-assets", expiration: { maxEntries: 24 } },
					},
				],
				navigateFallback: "/index.html",
				// The server's own pages, and files.
				navigateFallbackDenylist: [/^\/(?:api|docs|metrics|healthz|readyz)(?:\/|$)/, /\.\w+$/],
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

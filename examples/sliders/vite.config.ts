import { defineConfig } from "vite";

export default defineConfig({
	// The built page works in any folder.
	base: "./",
	// The worker is a module, as the package's own worker is.
	worker: { format: "es" },
	build: { target: "es2022", chunkSizeWarningLimit: 800 },
});

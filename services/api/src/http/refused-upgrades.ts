import type { Api } from "./api-instance.js";

/**
 * Closes the connection after a refusal to upgrade it to a WebSocket. Node no longer looks after such a connection: it
 * would stay open as long as the client likes, past every timeout and the server's own end.
 */
export function closeRefusedUpgrades(api: Api): void {
	api.addHook("onResponse", async ({ raw }) => {
		if ((raw as { upgrade?: unknown }).upgrade === true) raw.socket.destroy();
	});
}

import { WifiOff } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

function subscribe(listener: () => void): () => void {
	addEventListener("online", listener);
	addEventListener("offline", listener);
	return () => {
		removeEventListener("online", listener);
		removeEventListener("offline", listener);
	};
}

/** Whether the device has a network, as far as the browser knows. */
export function useIsOnline(): boolean {
	return useSyncExternalStore(subscribe, () => navigator.onLine);
}

/** A server on the same machine is reached without a network. */
const isServerHere = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);

/** Says what works without a network. */
export function OfflineNotice() {
	const { t } = useTranslation("shell");
	return (
		<p role="status" className="flex items-center justify-center gap-2 bg-warn-soft px-4 py-2 text-sm text-ink">
			<WifiOff aria-hidden="true" className="size-4 shrink-0 text-warn" />
			{t(isServerHere ? "offlineHere" : "offline")}
		</p>
	);
}

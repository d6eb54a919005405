import { create } from "zustand";

/** Things that are gone from sight until it is sure that they are deleted. */
export interface HiddenIds {
	readonly useHidden: () => ReadonlySet<string>;
	readonly hide: (ids: readonly string[]) => void;
	readonly show: (ids: readonly string[]) => void;
}

/** One list of hidden things, for the page's life. */
export function createHiddenIds(): HiddenIds {
	const useStore = create<{ readonly ids: ReadonlySet<string> }>(() => ({ ids: new Set() }));
	return {
		useHidden: () => useStore((state) => state.ids),
		hide: (ids) => useStore.setState((state) => ({ ids: new Set([...state.ids, ...ids]) })),
		show: (ids) => useStore.setState((state) => ({ ids: new Set([...state.ids].filter((id) => !ids.includes(id))) })),
	};
}

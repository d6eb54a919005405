import { Button } from "./button.js";

/** Fetches the next page of a list; nothing when all of it is there. */
export function MoreButton({
	list,
	label,
}: {
	/** What `useInfiniteQuery` gave. */
	readonly list: {
		readonly hasNextPage: boolean;
		readonly isFetchingNextPage: boolean;
		readonly fetchNextPage: () => Promise<unknown>;
	};
	readonly label: string;
}) {
	if (!list.hasNextPage) return null;
	return (
		<Button className="justify-self-start" isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
			{label}
		</Button>
	);
}

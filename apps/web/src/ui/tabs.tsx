import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

/** Views of one thing, one at a time; arrow keys move between them. */
export function Tabs<Id extends string>({
	label,
	value,
	onChange,
	tabs,
}: {
	readonly label: string;
	readonly value: Id;
	readonly onChange: (id: Id) => void;
	readonly tabs: readonly { readonly id: Id; readonly label: string; readonly content: ReactNode }[];
}) {
	return (
		<Radix.Root value={value} onValueChange={(id) => onChange(id as Id)}>
			<Radix.List aria-label={label} className="mb-4 flex overflow-x-auto sm:gap-1 border-b border-line">
				{tabs.map((tab) => (
					<Radix.Trigger
						key={tab.id}
						value={tab.id}
						className="-mb-px min-h-11 grow -outline-offset-2 border-b-2 border-transparent px-1 text-sm max-[399px]:text-[0.8125rem] font-medium sm:grow-0 sm:px-3 sm:text-base whitespace-nowrap text-ink-soft hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
					>
						{tab.label}
					</Radix.Trigger>
				))}
			</Radix.List>
			{tabs.map((tab) => (
				<Radix.Content key={tab.id} value={tab.id}>
					{tab.content}
				</Radix.Content>
			))}
		</Radix.Root>
	);
}

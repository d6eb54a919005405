import { Page } from "../../ui/card.js";

export function HomePage() {
	return <Page title="anny-fitter">{null}</Page>;
}

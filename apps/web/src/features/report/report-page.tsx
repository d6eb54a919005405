import { Page } from "../../ui/card.js";

export function ReportPage() {
	return <Page title="Report">{null}</Page>;
}

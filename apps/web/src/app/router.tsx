import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { useAuth, whenAuthKnown } from "../auth/auth-store.js";
import { safeNext } from "../auth/safe-next.js";
import { HomePage } from "../features/home/home-page.js";
import { NotFoundPage } from "./not-found-page.js";
import { RootLayout } from "./root-layout.js";
import { RouteErrorPage } from "./route-error-page.js";
import { parseSearch, stringifySearch } from "./search-params.js";

const root = createRootRoute({
	component: RootLayout,
	notFoundComponent: NotFoundPage,
	errorComponent: RouteErrorPage,
});

/** Pages for those who are signed in; others come back here after signing in. */
const personal = createRoute({
	getParentRoute: () => root,
	id: "personal",
	beforeLoad: async ({ location }) => {
		await whenAuthKnown();
		if (useAuth.getState().status === "signed-out") throw redirect({ to: "/login", search: { next: location.href } });
	},
});

/** Whoever is signed in has no business on the pages to sign in; this also leads on when signing in has worked. */
async function leadOn({ search }: { search: { next?: string } }): Promise<void> {
	await whenAuthKnown();
	if (useAuth.getState().status === "signed-in") throw redirect({ href: safeNext(search.next), replace: true });
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const home = createRoute({ getParentRoute: () => root, path: "/", component: HomePage });
/** Signing in and making an account: one page, one form. */
const credentials = createRoute({
	getParentRoute: () => root,
	id: "credentials",
	validateSearch: ({ next }): { next?: string } => optional({ next: text(next) }),
	beforeLoad: leadOn,
	component: lazyRouteComponent(() => import("../features/auth/sign-in-page.js"), "SignInPage"),
});
const login = createRoute({ getParentRoute: () => credentials, path: "/login" });
const register = createRoute({ getParentRoute: () => credentials, path: "/register" });
const measure = createRoute({
	getParentRoute: () => personal,
	path: "/measure",
	/** `subject`: the person to measure again; `sample`: a sample person, such as `woman`. */
	validateSearch: ({ subject, sample }): { subject?: string; sample?: string } =>
		optional({ subject: text(subject), sample: text(sample) }),
	component: lazyRouteComponent(() => import("../features/capture/measure-page.js"), "MeasurePage"),
});
const fit = createRoute({
	getParentRoute: () => personal,
	path: "/fits/$sessionId",
	component: lazyRouteComponent(() => import("../features/progress/fit-page.js"), "FitPage"),
});
const model = createRoute({
	getParentRoute: () => personal,
	path: "/models/$modelId",
	/** `tab`: which panel is open; `measurement`: which tape is shown. */
	validateSearch: ({ tab, measurement }): { tab?: string; measurement?: string } =>
		optional({ tab: text(tab), measurement: text(measurement) }),
	component: lazyRouteComponent(() => import("../features/model/model-page.js"), "ModelPage"),
});
const report = createRoute({
	getParentRoute: () => personal,
	path: "/models/$modelId/report",
	component: lazyRouteComponent(() => import("../features/report/report-page.js"), "ReportPage"),
});
const compare = createRoute({
	getParentRoute: () => personal,
	path: "/compare",
	/** Ids of the two models; differences are b − a. */
	validateSearch: ({ a, b }): { a?: string; b?: string } => optional({ a: text(a), b: text(b) }),
	component: lazyRouteComponent(() => import("../features/compare/compare-page.js"), "ComparePage"),
});
const subjects = createRoute({
	getParentRoute: () => personal,
	path: "/subjects",
	component: lazyRouteComponent(() => import("../features/subjects/subjects-page.js"), "SubjectsPage"),
});
const subject = createRoute({
	getParentRoute: () => personal,
	path: "/subjects/$subjectId",
	component: lazyRouteComponent(() => import("../features/subjects/subject-page.js"), "SubjectPage"),
});
const research = createRoute({
	getParentRoute: () => personal,
	path: "/research",
	component: lazyRouteComponent(() => import("../features/research/research-page.js"), "ResearchPage"),
});
const admin = createRoute({
	getParentRoute: () => personal,
	path: "/admin",
	validateSearch: ({ tab }): { tab?: string } => optional({ tab: text(tab) }),
	component: lazyRouteComponent(() => import("../features/admin/admin-page.js"), "AdminPage"),
});
const account = createRoute({
	getParentRoute: () => personal,
	path: "/account",
	component: lazyRouteComponent(() => import("../features/account/account-page.js"), "AccountPage"),
});

export const router = createRouter({
	routeTree: root.addChildren([
		home,
		credentials.addChildren([login, register]),
		personal.addChildren([measure, fit, model, report, compare, subjects, subject, research, admin, account]),
	]),
	defaultPreload: "intent",
	scrollRestoration: true,
	parseSearch,
	stringifySearch,
});

declare module "@tanstack/react-router" {
	interface Register {
		router: typeof router;
	}
}

/** Leaves out what is undefined. */
function optional<T extends Record<string, string | undefined>>(given: T): { [K in keyof T]?: string } {
	return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]?: string;
	};
}

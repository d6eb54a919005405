import { expectStatus, type SampleName, samplePhoto } from "../../../../services/server/test/api-client.js";

/** What {@link seedApplication} left behind. */
export interface Seeded {
	/** A person with two bodies. */
	readonly person: string;
	readonly model: string;
	readonly otherModel: string;
	/** Of a second user, who has an account. */
	readonly email: string;
}

const PASSWORD = "sorrel lantern quarry 17";

/**
 * Fills an application of a single user, over its API: a person with two bodies, an anonymised one for research, a doubtful
 * fit for review, people to be deleted, and a second user.
 */
export async function seedApplication(url: string): Promise<Seeded> {
	const local = await expectStatus(200, fetch(`${url}/api/v1/auth/local`, { method: "POST" }));
	const { access_token } = (await local.json()) as { access_token: string };
	const request = async (method: string, path: string, status: number, body?: object | FormData) => {
		const isForm = body instanceof FormData;
		const answer = await expectStatus(
			status,
			fetch(`${url}/api/v1${path}`, {
				method,
				headers: {
					authorization: `Bearer ${access_token}`,
					...(body === undefined || isForm ? {} : { "content-type": "application/json" }),
				},
				...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
			}),
		);
		return (await answer.json()) as Record<string, string>;
	};
	const addPerson = async (name: string, facts: object = {}) => {
		const { subject_id } = await request("POST", "/subjects", 201, { name, ...facts });
		return subject_id ?? "";
	};
	const fit = async (photos: readonly SampleName[], facts: Readonly<Record<string, string>>) => {
		const form = new FormData();
		for (const name of photos)
			form.append("photos", new Blob([new Uint8Array(await samplePhoto(name))]), `${name}.jpg`);
		for (const [name, value] of Object.entries(facts)) form.append(name, value);
		const { session_id } = await request("POST", "/fit", 202, form);
		for (;;) {
			const { status, model_id } = await request("GET", `/sessions/${session_id}`, 200);
			if (status === "completed") return model_id ?? "";
			if (status !== "queued" && status !== "active") throw new Error(`the fit ended as ${status}`);
			await new Promise((resolve) => setTimeout(resolve, 200));
		}
	};

	await request("PUT", "/consents", 200, { photo_processing: true, research_use: true });
	const person = await addPerson("Anna Example", { date_of_birth: "1993-03-14", gender: "female" });
	const facts = { subject_id: person, stature_m: "1.724" };
	const model = await fit(["woman-front", "woman-side"], { ...facts, weight_kg: "71" });
	const otherModel = await fit(["woman-front"], { ...facts, weight_kg: "66" });
	const forgotten = await addPerson("Forgotten", { date_of_birth: "1988-11-02", gender: "female" });
	await fit(["woman-front"], { subject_id: forgotten, stature_m: "1.7", weight_kg: "66" });
	await request("POST", `/subjects/${forgotten}/anonymize`, 200);
	// Nobody of 1.9 m weighs 40 kg: flagged for review.
	const doubtful = await addPerson("Wrong Facts");
	await fit(["girl-front"], { subject_id: doubtful, stature_m: "1.9", weight_kg: "40" });
	await addPerson("To Be Forgotten", { date_of_birth: "1970-01-31" });
	await addPerson("Short Stay");
	const email = "second@example.org";
	await request("POST", "/auth/register", 201, { email, password: PASSWORD });
	return { person, model, otherModel, email };
}

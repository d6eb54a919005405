/**
 * One answer for all who ask while another answer is on its way. Whoever asks gets an answer to a question that began
 * after that: an earlier one may not know what has happened since.
 */
export class SharedQuestion<Answer> {
	readonly #question: () => Promise<Answer>;
	#running: Promise<Answer> | null = null;
	#next: Promise<Answer> | null = null;

	constructor(question: () => Promise<Answer>) {
		this.#question = question;
	}

	ask(): Promise<Answer> {
		if (this.#running === null) return this.#start();
		const start = () => this.#start();
		this.#next ??= this.#running.then(start, start);
		return this.#next;
	}

	#start(): Promise<Answer> {
		this.#next = null;
		const answer = this.#question();
		this.#running = answer;
		const end = () => {
			if (this.#running === answer) this.#running = null;
		};
		answer.then(end, end);
		return answer;
	}
}

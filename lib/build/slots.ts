/** At most so many pieces of work at a time; the others wait in the order they came. */
export interface Slots {
	/** Runs `work` when there is room. `onWait` is called if there is none at first. */
	take<T>(work: () => Promise<T>, onWait?: () => void): Promise<T>;
}

export function slots(count: number): Slots {
	let free = count;
	const queue: (() => void)[] = [];

	return {
		async take(work, onWait) {
			if (free > 0) {
				free -= 1;
			} else {
				onWait?.();
				await new Promise<void>(resolve => queue.push(resolve));
			}
			try {
				return await work();
			} finally {
				const next = queue.shift();
				if (next) next();
				else free += 1;
			}
		},
	};
}

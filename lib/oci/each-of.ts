/** Does `work` on every item, a few at a time. Rejects with the first error once all that was begun has ended. */
export async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
	const queue = items.values();
	const hands = Array.from({length: Math.min(atOnce, items.length)}, async () => {
		for (const item of queue) await work(item);
	});
	await Promise.allSettled(hands);
	await Promise.all(hands);
}

/** Resolves when a number that threads share is another than `value`. */
export async function changed(numbers: Int32Array, index: number, value: number): Promise<void> {
	await (Atomics as unknown as WaitAsync).waitAsync(numbers, index, value).value;
}

/** ES2024; Node has it from 16. */
interface WaitAsync {
	waitAsync(numbers: Int32Array, index: number, value: number): {readonly value: string | Promise<string>};
}

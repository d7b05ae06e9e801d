/** Settles as `work` does, but no later than `signal` is aborted: then it rejects with its reason, whatever becomes of `work`. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const abandon = () => reject(signal.reason);
		if (signal.aborted) abandon();
		signal.addEventListener('abort', abandon, {once: true});
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon));
	});
}

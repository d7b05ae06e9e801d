import type {Finding} from '../catalog/catalog.ts';
import {proxyFor} from '../http/proxy.ts';
import {insecurity, reasonOf} from '../http/reason.ts';
import {request} from '../http/request.ts';

/** How long an answer may take, in milliseconds. */
const limit = 3_000;

/** Whether the registry that short names mean can be reached. Any answer of it will do: it wants a login first. */
export async function registry(url = new URL('https://registry-1.docker.io/v2/')): Promise<Finding> {
	const topic = 'registry';
	const start = performance.now();
	try {
		const call = {url, method: 'GET', headers: {}, signal: AbortSignal.timeout(limit)} as const;
		const response = await request(call, {proxy: proxyFor(url, process.env)});
		response.destroy();
		const seconds = ((performance.now() - start) / 1000).toFixed(1);
		return {topic, state: 'ok', found: `docker.io answers in ${seconds}s`};
	} catch (error) {
		const effect = 'bases must come from the store or from another registry';
		return {topic, state: 'warning', found: `docker.io cannot be reached: ${whyNot(error)}`, effect};
	}
}

function whyNot(error: unknown): string {
	if (error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name))
		return `no answer in ${limit / 1000}s`;
	return reasonOf(error) ?? insecurity(error) ?? String(error instanceof Error ? error.message : error);
}

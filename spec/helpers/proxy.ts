import {request as send} from 'node:http';
import type {ExecutionContext} from 'ava';
import {type Intercept, serve} from './fake-registry.ts';

/** A proxy in front of a real registry, which lies where `act` answers in its place; the host it listens at. */
export function lyingProxy(t: ExecutionContext, registry: string, act: Intercept): Promise<string> {
	return serve(t, (request, response) => {
		if (act(request, response)) return;
		const {method, url: path, headers} = request;
		const [hostname, port] = registry.split(':');
		const forward = send({hostname, port, method, path, headers}, answer => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		});
		forward.on('error', () => response.destroy());
		request.on('error', () => forward.destroy());
		request.pipe(forward);
	});
}

/** Cuts the connection of every so manieth request. */
export function cutEvery(count: number): Intercept {
	let requests = 0;
	return request => {
		requests += 1;
		if (requests % count !== 0) return false;
		request.socket.destroy();
		return true;
	};
}

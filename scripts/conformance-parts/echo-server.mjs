import {createServer} from 'node:net';

/** Where an upstream text names the port of a server that says one word to whoever connects. */
export const echoPort =
	/^strings\.Split\(\.String\(\.Addr\(echoserver\.NewTestServer\(\w+\)\)\), :\)\[bin-\(len\(.*\), 1\)\]$/;

/** Starts that server on loopback, if the case names one; its port is the site's `echo`. */
export async function serveEchoes(one, site) {
	const [, word] = /echoserver\.NewTestServer\((\w+)\)/.exec(JSON.stringify(one)) ?? [];
	if (word === undefined) return;
	const server = createServer(socket => {
		socket.on('error', () => {});
		socket.end(word);
	});
	await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
	site.echo = String(server.address().port);
	site.closers.push(() => server.close());
}

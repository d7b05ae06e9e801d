import test from 'ava';
import {request} from '../../lib/http/request.ts';
import {version} from '../../lib/version.ts';
import {serve} from '../helpers/fake-registry.ts';

test('a request says who sends it', async t => {
	const agents: (string | undefined)[] = [];
	const host = await serve(t, ({headers}, response) => {
		agents.push(headers['user-agent']);
		response.end();
	});

	const answer = await request({url: new URL(`http://${host}/`), method: 'GET', headers: {}});
	answer.resume();

	t.deepEqual(agents, [`strata/${version}`]);
});

import {cpSync, existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {makePlace, type Place} from '../helpers/place.ts';
import {build, stopFixtures} from '../helpers/strata.ts';
import {ordinary} from '../helpers/user.ts';

test.after.always(stopFixtures);

test.serial('examples/node-app is built in three stages and serves', async t => {
	const place = makePlace(t, ordinary);
	const flags = ['-t', 'uptime', ...certificates().flatMap(text => ['--build-arg', `NPM_CONFIG_CA=${text}`])];

	const built = await build(place, copied(place, 'node-app'), {flags});

	t.is(built.status, 0, built.stderr);
	const serve = 'PORT=0 timeout 3 node server.js; id -un; ls -d /usr/share/npm 2>&1';
	const image = `oci:${place.store}:uptime:latest`;
	const ran = await place.run([
		'podman',
		'run',
		'--rm',
		'--runtime',
		'runc',
		'--network',
		'host',
		image,
		'sh',
		'-c',
		serve,
	]);
	t.regex(ran.stdout, /^listening on \d+\nnobody\nls: cannot access '\/usr\/share\/npm'/, ran.stderr);
});

test.serial('examples/course is what the course says', async t => {
	const place = makePlace(t, ordinary);

	const built = await build(place, copied(place, 'course'), {flags: ['-t', 'redis']});

	t.is(built.status, 0, built.stderr);
	const image = `oci:${place.store}:redis:latest`;
	const ran = await place.run(['podman', 'run', '--rm', '--runtime', 'runc', '--network', 'host', image]);
	t.regex(ran.stdout, /^Redis server v=8/, ran.stderr);
});

/** The user that builds may not see the project. */
function copied(place: Place, name: string): string {
	cpSync(join('examples', name), join(place.folder, name), {recursive: true});
	return place.write({}, name);
}

/** Certificates that this machine has on top of Debian's: without them npm reaches nothing where a proxy looks into TLS. */
function certificates(): readonly string[] {
	const folder = '/usr/local/share/ca-certificates';
	const files = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.crt')) : [];
	const all = files.map(name => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n');
	return all === '' ? [] : [all];
}

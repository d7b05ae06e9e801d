import test from 'ava';
import {makePlace} from '../helpers/place.ts';
import {startRegistry} from '../helpers/registry.ts';
import {build, stopFixtures} from '../helpers/strata.ts';
import {ordinary} from '../helpers/user.ts';

test.after.always(stopFixtures);

test('what is pushed is what podman pulls and runs, and skopeo names by its digest', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	const place = makePlace(t, ordinary);
	const context = place.write(
		{Dockerfile: 'FROM busybox\nCOPY note.txt /\nCMD ["cat", "/note.txt"]\n', 'note.txt': 'pushed'},
		'app',
	);
	const name = `${registry.host}/team/app:1.4`;

	const built = await build(place, context, {flags: ['-t', name, '--push']});
	const again = await build(place, context, {flags: ['-t', `${registry.host}/other:1`, '--push']});

	t.is(built.status, 0, built.stderr);
	t.regex(built.stderr, /\n\[push\] 127\.0\.0\.1:\d+\/team\/app:1\.4\n\[push\] \| [\d.]+ MB\n\[push\] DONE \d+\.\ds\n/);
	t.regex(again.stderr, /\n\[push\] \| [\d.]+ MB, all there already\n/, 'layers are mounted');
	const inspected = await place.run(['skopeo', 'inspect', '--tls-verify=false', `docker://${name}`]);
	t.regex(built.stderr, new RegExp(`digest  ${JSON.parse(inspected.stdout).Digest}`));
	const pulled = await place.run(['podman', 'pull', '-q', '--tls-verify=false', name]);
	t.is(pulled.status, 0, pulled.stderr);
	const ran = await place.run(['podman', 'run', '--rm', '--runtime', 'runc', '--network', 'host', name]);
	t.is(ran.stdout, 'pushed', ran.stderr);
});

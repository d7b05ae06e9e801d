import test, {type ExecutionContext} from 'ava';
import {withOwnMounts} from '../helpers/own-mounts.ts';
import {makePlace, type Place} from '../helpers/place.ts';
import {unless} from '../helpers/skip.ts';
import {build, readImage, stopFixtures, strata} from '../helpers/strata.ts';
import {ordinary, withoutRoot} from '../helpers/user.ts';

test.after.always(stopFixtures);

const dockerfile = `FROM debian:bookworm-slim AS one
WORKDIR /made/here
COPY --chown=12:34 a.txt .
ADD --chown=www-data:adm a.txt /var/www/
ENV ONE=1

FROM busybox AS two
COPY --from=one /made /made
COPY --from=one --chown=7 /var/www /www
COPY --from=one /usr/bin/passwd /usr/bin/gpasswd /suid/
ADD archive.tar.gz /unpacked/
USER 1000:1000
WORKDIR /own

FROM two
CMD ["ls"]
`;

/** Programs run as this cannot make a user namespace: in theirs, which has their own id only, none may be made. */
const confined = [
	...['unshare', '--user', '--map-current-user', '--keep-caps', 'sh', '-c'],
	'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --inh-caps=-all --ambient-caps=-all "$@"',
	'sh',
];

test('without user namespaces and without a runtime, a Dockerfile without RUN is built, with the right owners', async t => {
	const place = await prepared(t);
	t.not((await inConfinement(place, ['unshare', '--user', 'true'])).status, 0, 'the confinement holds nothing back');

	const built = await build(confinedPlace(place), `${place.folder}/context`, {flags: ['-t', 'app']});

	t.is(built.status, 0, built.stderr);
	const {manifest} = readImage(place.store, 'app:latest');
	const lists = await Promise.all(manifest.layers.slice(1).map(({digest}) => entries(place, digest)));
	t.deepEqual(lists, [
		['drwxr-xr-x 0/0 made/', 'drwxr-xr-x 0/0 made/here/', '-rw-r--r-- 12/34 made/here/a.txt'],
		['drwxr-xr-x 7/7 www/', '-rw-r--r-- 7/7 www/a.txt'],
		['drwxr-xr-x 0/0 suid/', '-rwsr-xr-x 0/0 suid/gpasswd', '-rwsr-xr-x 0/0 suid/passwd'],
		['drwxr-xr-x 0/0 unpacked/', 'drwx------ 55/66 unpacked/in/', '-rw-r----- 55/66 unpacked/in/file'],
		['drwxr-xr-x 1000/1000 own/'],
	]);
});

test('a RUN there is an error about this machine, with a way out', async t => {
	const place = await prepared(t);
	const context = place.write({Dockerfile: 'FROM busybox\nRUN true\n'}, 'with-run');

	const built = await build(confinedPlace(place), context);

	t.is(built.status, 7, built.stderr);
	t.regex(built.stderr, /^error: .*user namespaces.*\n/m);
	t.regex(built.stderr, /^help: /m);
});

unless(withoutRoot)('without a runtime, a RUN is an error about this machine', async t => {
	const place = makePlace(t, ordinary);
	const context = place.write({Dockerfile: 'FROM busybox\nRUN true\n'}, 'context');

	const hide = 'for name in crun runc; do mount --bind /dev/null "$(command -v $name)"; done';

	const built = await build(withOwnMounts(t, place, hide), context);

	t.is(built.status, 7, built.stderr);
	t.regex(
		built.stderr,
		/^error: no OCI runtime found for RUN[\s\S]*^note: looked for crun and runc in PATH[\s\S]*^help: on Debian and Ubuntu: apt install crun$/m,
	);
});

unless(withoutRoot)(
	'without subordinate ids apt-get works, owners of COPY are right, and a warning says what is lost',
	async t => {
		const place = makePlace(t, ordinary);
		const text = `FROM debian:bookworm-slim
COPY --chown=12:34 a.txt /
ARG ROOT=-oAPT::Sandbox::User=root
RUN apt-get $ROOT update && apt-get $ROOT install -y --no-install-recommends redis-server && rm -rf /var/lib/apt/lists
RUN stat -c '%u:%g' /a.txt /var/lib/redis
`;
		const context = place.write({Dockerfile: text, 'a.txt': 'a'}, 'context');
		const hide = 'mount --bind /dev/null /etc/subuid; mount --bind /dev/null /etc/subgid';

		const built = await build(withOwnMounts(t, place, hide), context, {flags: ['-t', 'app']});

		t.is(built.status, 0, built.stderr);
		t.regex(built.stderr, /^warning: no subordinate ids for user \d+, so RUN has one id only$/m);
		t.regex(built.stderr, /^ {2}usermod --add-subuids \d+-\d+ --add-subgids \d+-\d+ /m);
		const copied = readImage(place.store, 'app:latest').manifest.layers[1];
		t.deepEqual(await entries(place, copied?.digest ?? ''), ['-rw-r--r-- 12/34 a.txt']);
	},
);

test('doctor says so too, and exits 7', async t => {
	const place = await prepared(t);

	const doctor = await strata(confinedPlace(place), ['doctor']);

	t.is(doctor.status, 7, doctor.stdout);
});

async function prepared(t: ExecutionContext): Promise<Place> {
	const place = makePlace(t, ordinary);
	place.write({Dockerfile: dockerfile, 'a.txt': 'a', 'packed/in/file': {data: 'file', mode: 0o640}}, 'context');
	const tar = 'chmod 700 packed/in && tar -czf archive.tar.gz --owner=55 --group=66 -C packed in && rm -r packed';
	t.is((await place.run(['sh', '-c', tar], {cwd: `${place.folder}/context`})).status, 0);
	return place;
}

/** The same place, where every program is run in confinement. */
function confinedPlace(place: Place): Place {
	return {...place, run: (command, options) => place.run([...confined, ...command], options)};
}

function inConfinement(place: Place, command: readonly string[]) {
	return confinedPlace(place).run(command);
}

/** `mode owner path`, as GNU tar sees a layer. */
async function entries(place: Place, digest: string): Promise<readonly string[]> {
	const {stdout} = await place.run([
		'tar',
		'--numeric-owner',
		'-tvzf',
		`${place.store}/blobs/${digest.replace(':', '/')}`,
	]);
	return stdout
		.trim()
		.split('\n')
		.map(line => line.split(/\s+/))
		.map(([mode, owner, , , , path]) => `${mode} ${owner} ${path}`);
}

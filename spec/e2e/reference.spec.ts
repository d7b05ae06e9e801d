import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Files, makePlace, type Place} from '../helpers/place.ts';
import {type Rootfs, unpackedRootfs} from '../helpers/rootfs.ts';
import {unless} from '../helpers/skip.ts';
import {build, fixtureHost, readImage, stopFixtures} from '../helpers/strata.ts';
import {ordinary, withoutRoot} from '../helpers/user.ts';

test.after.always(stopFixtures);

/** Where buildah 1.28 makes something else of it than BuildKit, whose way is ours. */
const listed: readonly (readonly [paths: RegExp, reason: string])[] = [
	[
		/^(run(\/.*)?|proc|sys|dev|etc)$/,
		'buildah leaves mount points of its containers, and what that does to their folders',
	],
	[/^etc\/(hosts|hostname|resolv\.conf)$/, 'buildah leaves these too, empty'],
	[/^(srv|from-one\/by)(\/|$)/, 'buildah makes no folder for a WORKDIR that nothing runs in (WD-1)'],
];

const cases: Readonly<Record<string, Files>> = {
	'owners, modes and links': {
		Dockerfile: [
			'FROM busybox',
			'COPY --chown=3:4 a /a/',
			'COPY a/file /renamed',
			'COPY a b /both/',
			'RUN chown 1000:1001 /renamed && chmod 6750 /renamed && ln /renamed /hard && ln -s ../x /a/link && mkfifo /pipe',
			'RUN rm -rf /var/spool && rm /etc/group && rm -rf /home && mkdir /home && touch /home/new',
			'RUN mv /var/www /usr/www',
		].join('\n'),
		'a/file': {data: 'file', mode: 0o640},
		'a/run': {data: 'run', mode: 0o755},
		'a/deep/er': 'er',
		'b/file2': 'two',
	},
	'several stages and a user': {
		Dockerfile: [
			'FROM busybox AS one',
			'RUN adduser -D someone && mkdir /made && echo one >/made/one && chown -R someone /made',
			'WORKDIR /made/by/workdir',
			'FROM busybox AS two',
			'COPY --from=one /made /from-one',
			'FROM two',
			'COPY --from=one --chown=9 /made/one /nine',
			'COPY --from=0 /etc/passwd /etc/passwd',
			'USER someone',
			'RUN id >/tmp/id && echo "$HOME" >/tmp/home && mkdir -p /tmp/own/er',
			'USER root',
			'RUN ["/bin/touch", "/exec form"]',
		].join('\n'),
	},
	'all of the config': {
		Dockerfile: [
			'FROM busybox',
			'ARG VERSION=1',
			'ENV A=1 B="two words" C=$VERSION',
			'LABEL one=1 two="a b"',
			'EXPOSE 80 53/udp',
			'VOLUME /data',
			'WORKDIR /srv',
			'WORKDIR app',
			'USER 1:2',
			'STOPSIGNAL SIGINT',
			'ENTRYPOINT ["/bin/echo"]',
			'CMD ["$A", "x"]',
		].join('\n'),
	},
	'capabilities and packages of Debian': {
		Dockerfile: [
			'FROM debian:bookworm-slim',
			'RUN apt-get update && apt-get install -y --no-install-recommends libcap2-bin && rm -rf /var/lib/apt/lists /var/log /var/cache/apt/*.bin /var/cache/ldconfig/aux-cache',
			'RUN cp /bin/true /usr/bin/capable && chown 5:6 /usr/bin/capable && setcap cap_net_raw+ep /usr/bin/capable',
			'RUN cp -a /usr/bin/capable /usr/bin/copied',
			'RUN rm -rf /usr/share/perl5 && mv /etc/skel /skel',
		].join('\n'),
	},
};

for (const [title, files] of Object.entries(cases)) {
	unless(withoutRoot)(`buildah makes the same of: ${title}`, async t => {
		const place = makePlace(t, ordinary);
		const context = place.write(files, 'context');

		const ours = await build(place, context, {flags: ['-t', 'app']});
		t.is(ours.status, 0, ours.stderr);
		const theirs = await buildahLayout(t, {place, context});

		t.deepEqual(differences(unpackedRootfs(place.store, 'app:latest'), unpackedRootfs(theirs, 'app:latest')), []);
		t.deepEqual(comparableConfig(place.store), comparableConfig(theirs));
	});
}

async function buildahLayout(t: ExecutionContext, {place, context}: {place: Place; context: string}): Promise<string> {
	const host = await fixtureHost();
	const bases = ['busybox', 'debian:bookworm-slim'].flatMap(name => [
		'--build-context',
		`${name}=docker-image://${host}/${name}`,
	]);
	const run = ['--tls-verify=false', '--runtime', 'runc', '--network', 'host', '--isolation', 'oci', '--layers'];
	const built = await place.run(['buildah', 'bud', ...run, ...bases, '-t', 'app', context]);
	t.is(built.status, 0, built.stderr);
	const layout = join(place.folder, 'buildah');
	const pushed = await place.run(['buildah', 'push', 'app', `oci:${layout}:app:latest`]);
	t.is(pushed.status, 0, pushed.stderr);
	return layout;
}

/** `path: ours | theirs`, save what is on the list. */
function differences(ours: Rootfs, theirs: Rootfs): readonly string[] {
	const paths = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort();
	return paths
		.filter(path => ours[path] !== theirs[path] && !listed.some(([pattern]) => pattern.test(path)))
		.map(path => `${path}: ${ours[path] ?? '-'} | ${theirs[path] ?? '-'}`);
}

/**
 * What both must write the same way. buildah signs its images with a label, writes no ArgsEscaped (CMD-1), and leaves out a
 * WorkingDir of /.
 */
function comparableConfig(layout: string): unknown {
	const {config, architecture, os} = readImage(layout, 'app:latest').config;
	const {ArgsEscaped: _ours, WorkingDir = '/', ...rest} = config;
	const {'io.buildah.version': _theirs, ...labels} = (config.Labels ?? {}) as Record<string, string>;
	return {...rest, WorkingDir, architecture, os, Labels: labels};
}

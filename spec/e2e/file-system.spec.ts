import test from 'ava';
import {makePlace} from '../helpers/place.ts';
import {build, stopFixtures, strata} from '../helpers/strata.ts';
import {ordinary, users} from '../helpers/user.ts';

test.after.always(stopFixtures);

/** Prints all that a program can know of the files, besides what a runtime mounts or writes into every container. */
const list = `#!/bin/sh
cd /
out() { find . -xdev \\( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./etc/hosts -o -path ./etc/hostname -o -path ./etc/resolv.conf -o -path ./etc/mtab \\) -prune -o "$@"; }
echo BEGIN
out ! -type d ! -type l -printf '%y %m %U:%G %n %s %T@ %p\\n' | sed -E 's/\\.[0-9]{10} / /' | sort
out -type d -printf '%y %m %U:%G %p\\n' | sort
out -type l -printf '%y %U:%G %p -> %l\\n' | sort
out -type f -print0 | sort -z | xargs -0 sha256sum
/sbin/getcap -r / 2>/dev/null | sort
echo END
`;

/** Everything that is hard for a builder: many owners, capabilities, deletions, replaced and renamed folders of the base. */
const dockerfile = `FROM debian:bookworm-slim AS make
RUN apt-get update && apt-get install -y --no-install-recommends libcap2-bin
WORKDIR /out
RUN echo tool >tool && chmod 4755 tool && chown 33:44 tool && ln tool hard && ln -s tool soft && cp /bin/true raw && setcap cap_net_raw+ep raw
RUN mkdir -p tree/sticky && chmod 1777 tree/sticky && chown -R 1000:1001 tree && mkfifo tree/pipe

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libcap2-bin redis-server && rm -rf /var/lib/apt/lists/*
COPY --from=make /out /srv/out
COPY --chown=65534:65534 --chmod=0751 list.sh /list.sh
RUN rm /etc/issue && rm -rf /usr/share/perl5 /var/log
RUN mv /usr/share/bash-completion /usr/share/renamed && mv /etc/skel /skel
RUN rm -rf /etc/cron.daily && mkdir /etc/cron.daily && echo new >/etc/cron.daily/only
RUN rm -rf /etc/default && ln -s /nowhere /etc/default && rm /etc/passwd- ; mkdir /etc/passwd-
RUN cp /bin/true /usr/bin/pinger && chown 5:6 /usr/bin/pinger && setcap cap_net_bind_service+ep /usr/bin/pinger
RUN for id in 1 65534 65535 ; do touch /srv/owned-by-$id && chown $id:$id /srv/owned-by-$id ; done
USER redis
RUN id -un >/tmp/who && touch -d @1000000000 /tmp/old
USER root
RUN touch -d @1700000000.5 /srv/half /list.sh && sh /list.sh
`;

for (const user of users) {
	for (const runtime of ['runc', 'crun']) {
		test.serial(`a container sees what the build saw: built by ${user.name} with ${runtime}`, async t => {
			const place = makePlace(t, user);
			const context = place.write({Dockerfile: dockerfile, 'list.sh': list}, 'context');

			const built = await build(place, context, {flags: ['-t', 'app', '--runtime', runtime]});
			t.is(built.status, 0, built.stderr);
			const seen = listing(built.stderr.replace(/^\[[^\]]*\] \| /gm, ''));

			const podman = makePlace(t, ordinary);
			await place.run(['chmod', '-R', 'a+rX', `${place.store}/blobs`, place.store]);
			const image = `oci:${place.store}:app:latest`;
			const ran = await podman.run([
				'podman',
				'run',
				'--rm',
				'--runtime',
				'runc',
				'--network',
				'host',
				image,
				'sh',
				'/list.sh',
			]);
			t.is(ran.status, 0, ran.stderr);
			t.deepEqual(differences(seen, listing(ran.stdout)), []);
			t.true(seen.length > 5000);
			t.is((await place.run(['grep', '-c', place.folder, '/proc/self/mounts'])).stdout.trim(), '0');
		});
	}
}

test('images and history name what was built', async t => {
	const place = makePlace(t, ordinary);
	const context = place.write({Dockerfile: 'FROM busybox\nRUN echo hello >/hello\nCMD ["cat", "/hello"]\n'}, 'context');

	const built = await build(place, context, {flags: ['-t', 'hello']});
	const images = await strata(place, ['images']);
	const history = await strata(place, ['history', 'hello']);

	t.is(built.status, 0, built.stderr);
	t.is(built.stdout, '');
	t.regex(images.stdout, /^hello +latest +[0-9a-f]{12} +linux\/amd64 +.* 2$/m);
	t.regex(history.stdout, /^3 .*CMD \["cat",? "\/hello"\].*\n2 .*RUN echo hello >\/hello/m);
});

function listing(text: string): readonly string[] {
	return text.slice(text.indexOf('BEGIN\n'), text.indexOf('END\n')).split('\n');
}

/** Lines that only one side has. */
function differences(build: readonly string[], container: readonly string[]): readonly string[] {
	const [left, right] = [new Set(build), new Set(container)];
	return [
		...build.filter(line => !right.has(line)).map(line => `build: ${line}`),
		...container.filter(line => !left.has(line)).map(line => `container: ${line}`),
	];
}

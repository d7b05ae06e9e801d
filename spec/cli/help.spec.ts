import test from 'ava';
import {commands} from '../../lib/cli/commands.ts';
import {commandHelp, mainHelp} from '../../lib/cli/help.ts';

async function helpOf(name: string): Promise<string> {
	const load = commands[name];
	if (!load) throw new Error(`no command ${name}`);
	return commandHelp((await load()).command);
}

test('strata --help is set as UX 4 draws it', t => {
	t.is(
		mainHelp,
		`strata: builds OCI images from Dockerfiles. No root, no daemon.

Usage: strata COMMAND [flags]

Build    build      a Dockerfile into an image
         plan       what a build would do, without doing it
         lint       what could be better in a Dockerfile, and why
Look     images     the images in the store
         inspect    one image: digests, config, layers
         diff       two images: files and config;  or what a container changed
         history    the steps an image was made of
         logs       what the steps of a build printed
Keep     tag, rmi   give or take a name
         manifest   indexes: create, add, annotate, inspect, remove, rm
         prune      free space;  du: who uses it
Move     push, pull to a registry, and from one;  login, logout
         copy       between registries, layouts and archives
         save, load images to an archive, and back
         export     the files of an image, as a tar;  import: and back
Try      run        a program from an image;  ps, stop, rm: those that were run
         commit     what a container changed, as an image
Machine  doctor     can this machine build? cause and cure

Global   --root DIR  the store (else $STRATA_ROOT, else $XDG_DATA_HOME/strata)
         --json      the result as data
         --no-color  -h, --help  -V, --version

Exit codes: 0 done, 2 usage, 3 Dockerfile, 4 step failed, 5 registry, 6 store,
7 this machine cannot, 8 check, 130 stopped (1: a bug)

  strata build -t app .                build ./Dockerfile and name the image
  strata plan --json . | jq .stages    look before you build
`,
	);
});

test('strata build --help is set as UX 4 draws it', async t => {
	t.is(
		await helpOf('build'),
		`Usage: strata build [flags] PATH | URL | -

Build an image. PATH is the context; - reads a Dockerfile or a tar from stdin.

Image    -t, --tag NAME[:TAG]       name it; repeatable
             --label K=V            add a label; repeatable
             --env K[=V]            set a variable; an ENV of this name wins
             --unset WHAT[=NAME]    a label, volume or port of the base, or all
             --unsetlabel K         the same as --unset label=K
             --platform OS/ARCH,..  for which platforms (default: this one)
             --target STAGE         stop at this stage (default: the last)
Sources  -f, --file FILE            the Dockerfile (default: PATH/Dockerfile)
             --from NAME            in place of the first FROM
             --ignorefile FILE      in place of .dockerignore
             --build-context N=SRC  DIR, docker-image://REF, oci-layout://DIR
             --context-mode MODE    modes of files: git for 0755 and 0644
             --build-arg K[=V]      set an ARG; no V: from the environment
             --secret id=ID,src=F   for RUN --mount=type=secret; or env=NAME
             --ssh ID[=SOCK|KEY]    for RUN --mount=type=ssh; repeatable
             --allow NAME           network.host, security.insecure or device
             --pull                 ask the registry even if the base is here
             --tls-verify           false: any certificate, or http
             --cert-dir DIR         with ca.crt, client.cert and client.key
             --authfile FILE        the logins (default: as podman has it)
Steps        --network MODE         default, none or host
             --add-host NAME:IP     a line in /etc/hosts; repeatable
             --dns IP               ask this server for names; repeatable
             --dns-search DOMAIN    where short names are looked up; repeatable
             --dns-option OPTION    for resolv.conf; repeatable
             --shm-size SIZE        of /dev/shm, as in 128m (default: 64m)
             --ulimit K=SOFT[:HARD] as in nofile=1024:4096; -1 is none
             --runtime NAME         crun, runc or a path (default: what works)
             --jobs N               steps at a time (default: number of cores)
Cache        --cache-from SRC       NAME, or type=local,src=DIR; repeatable
             --cache-to DEST        NAME, type=local,dest=DIR or type=inline
             --cache-mounts-from SRC the same for RUN --mount=type=cache
             --cache-mounts-to DEST with max-size=2GB; those used last stay
             --no-cache             run every step
             --no-cache-filter NAME run every step of these stages
Times        --source-date-epoch S  created, history, index: S; files: at most S
             --timestamp S          the same, but all files of new layers: S
             --rewrite-timestamp    =false: files of new layers keep their time
Result   -o, --output DEST          DIR, or type=oci|docker|local|tar,dest=PATH
             --format TYPES         media types in outputs: oci or docker
             --compression-format F gzip, zstd, estargz or uncompressed
             --compression-level N  how hard: 0 to 9, of zstd to 22
             --force-compression    also the layers of bases
             --push                 push it to the registry of its name
             --load                 hand it to podman or docker
             --manifest NAME        add it to this index of the store
             --annotation [ON:]K=V  on manifest, index or *-descriptor
             --omit-history         no history in the config
             --sbom                 list the packages in it, beside it
             --provenance MODE      state how it was built: min, max or true
             --attest type=TYPE,..  sbom or provenance, with its attributes
             --oci-artifact         statements refer to the image: referrers
             --iidfile FILE         write the id to FILE
             --metadata-file FILE   write digests and names to FILE, as JSON
Check        --check                only say what could be better
             --verify               build twice: is it the same? Keeps nothing
             --call METHOD          only answer: check, outline, targets, plan
Display  -q, --quiet                print the id only
             --progress MODE        auto, tty, plain or rawjson
             --trace FILE           where the time went, for ui.perfetto.dev

  strata build -t app .                            the usual
  strata build -t app -o out/ .                    a layout of its own
  strata build --target test --progress plain .    in CI
  git archive HEAD | strata build -t app -         a tar as context
`,
	);
});

const drawn: Readonly<Record<string, readonly string[]>> = {
	plan: [
		'Usage: strata plan [flags] PATH',
		"Print what build would do. Fetches the bases' configs, runs nothing.",
		'Image and Sources flags as in build',
		'    --bundles DIR   write the OCI runtime bundle of every RUN to DIR',
		'    --json          the plan as data',
	],
	images: [
		'Usage: strata images [flags] [NAME]',
		'    --digests  whole digests   --no-trunc  whole cells   -q  ids   --json',
	],
	inspect: [
		'Usage: strata inspect [flags] NAME',
		'    --platform P   --raw config|manifest|index  the bytes as stored   --json',
	],
	history: ['Usage: strata history [flags] NAME', '    --platform P   --no-trunc  whole instructions   --json'],
	prune: [
		'Usage: strata prune [flags]',
		'    -a  also unnamed images   --cache  --logs  only these   --until 72h  older',
		'    --keep 10GB  until no more is used   -n  only say what   -y  do not ask',
	],
	doctor: [
		'Usage: strata doctor [flags]',
		'    --fix  print the cures as a shell script   --json   (exits 7 if RUN cannot)',
	],
};

for (const [name, lines] of Object.entries(drawn)) {
	test(`strata ${name} --help has the lines that UX 4 draws`, async t => {
		const printed = (await helpOf(name)).split('\n');

		t.deepEqual(
			lines.filter(line => !printed.includes(line)),
			[],
		);
	});
}

for (const name of Object.keys(commands)) {
	test(`strata ${name} --help fits 80 columns, says what it is for and how it is typed`, async t => {
		const printed = await helpOf(name);
		const examples = printed.split('\n').filter(line => line.includes(`strata ${name}`));

		t.deepEqual(
			printed.split('\n').filter(line => line.length > 80),
			[],
		);
		t.true(examples.length >= 2, 'the usage line and an example');
	});

	test(`${name} is in strata --help`, t => {
		t.regex(mainHelp, new RegExp(`\\b${name}\\b`));
	});
}

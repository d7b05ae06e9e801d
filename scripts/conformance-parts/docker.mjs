import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {runImage, startImage} from './container.mjs';
import {imageOf} from './image.mjs';
import {inspected} from './inspect.mjs';
import {difference, lacking} from './outcomes.mjs';
import {capture} from './processes.mjs';
import {fill} from './templates.mjs';

/** What docker's command line did upstream, done to the images of the case; what it printed is kept under the step's id. */
export async function dockerStep({id, args}, site) {
	const [, listed] = /^cli\.Args\((.*)\)$/.exec(args[0]) ?? [];
	const [command, ...rest] = listed ? listed.split(', ') : args.map(arg => fillUnlessFormat(arg, site));
	const perform = commands[command] ?? lacking(`docker ${command} in this harness`);
	site.builds.set(id, {failed: false, status: 0, stdout: '', text: '', ...(await perform(rest, site))});
}

const commands = {
	/** Upstream makes room for the next image of the name. What was pushed must be pulled again, what was saved loaded. */
	rmi: async ([name], site) => {
		if (site.pushed.has(name) || site.saved.has(name)) await strata(['rmi', name], site);
		return {};
	},
	save: async ([flag, file, ...names], site) => {
		mkdirSync(dirname(join(site.folder, file)), {recursive: true});
		await strata(['save', flag, join(site.folder, file), ...names], site);
		for (const name of names) site.saved.add(name);
		return {};
	},
	load: async ([flag, file], site) => {
		const {stdout} = await strata(['load', flag, join(site.folder, file)], site);
		for (const name of stdout.trim().split('\n')) {
			site.images.set(name.replace(/:latest$/, ''), imageOf(site.root, name));
		}
		return printed(stdout.trim());
	},
	/** Keeps the login of the case's own registry where docker does. */
	login: (_, site) => {
		const auth = Buffer.from('user:secret').toString('base64');
		site.env = {DOCKER_CONFIG: join(site.folder, 'docker'), REGISTRY_AUTH_FILE: ''};
		mkdirSync(site.env.DOCKER_CONFIG);
		const config = {auths: {[site.registryOfCase]: {auth}}};
		writeFileSync(join(site.env.DOCKER_CONFIG, 'config.json'), JSON.stringify(config));
		return {};
	},
	push: async ([name], site) => {
		const source = `oci:${site.root}:${name}:latest`;
		const flags = ['--insecure-policy', '--dest-tls-verify=false', '--dest-creds=user:secret'];
		const {status, text} = await capture('skopeo', ['copy', '-q', ...flags, source, `docker://${name}`]);
		if (status !== 0) difference(`skopeo cannot push ${name}: ${text}`);
		site.pushed.add(name);
		return {};
	},
	run: async (args, site) => {
		const at = args.findIndex((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--name');
		const image = imageNamed(args[at], site);
		if (!args.slice(0, at).includes('-d')) return runImage(image, args.slice(at + 1), site);
		// What it says of itself is what its image says.
		site.images.set(args[args.indexOf('--name') + 1], image);
		return startImage(image, args.slice(at + 1), site);
	},
	history: (args, site) => {
		const {config} = imageNamed(args.at(-1), site);
		return printed(
			config.history
				.map(({created_by: text}) => text)
				.reverse()
				.join('\n'),
		);
	},
	inspect: (args, site) => {
		const [, format] = /^(?:-f|--format)\n(.*)\n/s.exec(args.join('\n')) ?? [];
		return printed(inspected(imageNamed(args.at(-1), site), format));
	},
};

async function strata(args, site) {
	const ended = await capture(process.execPath, [site.strata, '--root', site.root, ...args], {});
	if (ended.status !== 0) difference(`strata ${args[0]} fails: ${ended.text}`);
	return ended;
}

/** `{{ json .Config.Cmd }}` is docker's to read. */
function fillUnlessFormat(arg, site) {
	return /^\{\{\s*(json )?\./.test(arg) ? arg : fill(arg, site);
}

function imageNamed(name, {images}) {
	return images.get(name) ?? difference(`there is no image ${name}`);
}

function printed(text) {
	return {stdout: `${text}\n`, text: `${text}\n`};
}

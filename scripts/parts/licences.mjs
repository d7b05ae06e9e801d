import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

/** The licence texts of the npm packages that the given files belong to, sorted by name. A package without one is an error. */
export function licences(files) {
	const folders = new Set(files.map(packageFolder).filter(folder => folder !== undefined));
	return [...folders].map(section).sort().join('\n');
}

function packageFolder(file) {
	return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function section(folder) {
	const {name, version, license, author} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	const title = `${name} ${version} (${license})`;
	return `${title}\n${'='.repeat(title.length)}\n\n${licenceText(folder, {license, author})}\n`;
}

/** Creative Commons ask for the author, the licence's name and its address: lists of data come without the text. */
function licenceText(folder, {license, author}) {
	const file = readdirSync(folder).find(name => /^(licen[cs]e|copying)([.-]|$)/i.test(name));
	if (file === undefined && license.startsWith('CC')) return `By ${author}. https://spdx.org/licenses/${license}.html`;
	if (file === undefined) throw new Error(`${folder} has no licence text`);
	return readFileSync(join(folder, file), 'utf8').trim();
}

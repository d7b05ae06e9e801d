import {
	appendFileSync,
	linkSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {changeMode, placeOf} from './contexts.mjs';
import {lacking} from './outcomes.mjs';
import {privateKey} from './ssh-agent.mjs';
import {fill} from './templates.mjs';

/** Does what a function of Go's package os did upstream. */
export function changeFile({fn, path, args = []}, site) {
	const change = changes[fn.replace(/^os\./, '')] ?? lacking(`fs ${fn} in this harness`);
	return change(placeOf(path, site), args, site);
}

const changes = {
	WriteFile: (place, [data, mode], site) => {
		writeFileSync(place, contentOf(data, site));
		changeMode(place, mode);
	},
	AppendFile: (place, [data], site) => appendFileSync(place, fill(data, site)),
	Rename: (place, [target], site) => renameSync(place, placeOf(target, site)),
	Remove: place => rmSync(place),
	RemoveAll: place => rmSync(place, {recursive: true, force: true}),
	Mkdir: (place, [mode]) => makeFolder(place, mode),
	MkdirAll: (place, [mode]) => makeFolder(place, mode),
	Chmod: (place, [mode]) => changeMode(place, mode),
	Chtimes: (place, [accessed, modified = accessed]) => utimesSync(place, Number(accessed), Number(modified)),
	Truncate: (place, [size]) => truncateSync(place, Number(size)),
	Symlink: (place, [target]) => symlinkSync(target, place),
	Link: (place, [target], site) => linkSync(place, placeOf(target, site)),
};

function makeFolder(place, mode) {
	mkdirSync(place, {recursive: true});
	changeMode(place, mode);
}

/** A text; or a private key, which upstream makes anew each time. */
function contentOf(data, site) {
	return /^pem\.EncodeToMemory\(.*RSA PRIVATE KEY/.test(data) ? readFileSync(privateKey(site)) : fill(data, site);
}

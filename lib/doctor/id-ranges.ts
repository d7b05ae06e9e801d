import type {Finding} from '../catalog/catalog.ts';
import {currentAccount, hasIdHelpers, type IdMap} from '../worker/id-map.ts';

const topic = 'id ranges';

/** What files and programs of a RUN can belong to. */
export function idRanges(map: IdMap): Finding {
	if (map.by === 'direct') return {topic, state: 'ok', found: `${map.ids} uids and gids, as root`};
	if (map.by === 'single') return singleID();
	const range = map.uids.find(({inside}) => inside === 1);
	return {topic, state: 'ok', found: `${range?.count} uids and gids from ${range?.outside}`};
}

function singleID(): Finding {
	const {name} = currentAccount();
	const effect = 'RUN has one id only: what changes its user (apt, su) may fail';
	const add = `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${name}`;
	return hasIdHelpers()
		? {topic, state: 'warning', found: `none for user ${name}`, effect, cure: `${add}  (root, once)`}
		: {topic, state: 'warning', found: 'newuidmap is missing', effect, cure: 'apt install uidmap  (root, once)'};
}

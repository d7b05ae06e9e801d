import {type DiffID, hexOf} from '../oci/digest.ts';
import type {LayerRecord, Store} from '../store/store.ts';
import type {LayerDetails} from './catalog.ts';

/** What the store knows of a layer without reading its blob: nothing, of a base that was never unpacked. */
export function layerFacts(diffID: DiffID, store: Store): Pick<LayerDetails, 'unpacked' | 'files'> {
	const {unpacked, files} = store.records<LayerRecord>('layers').get(hexOf(diffID)) ?? {};
	return {...(unpacked === undefined ? {} : {unpacked}), ...(files === undefined ? {} : {files})};
}

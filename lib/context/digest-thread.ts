import {parentPort} from 'node:worker_threads';
import {type DigestRequest, digestShare} from './digest-files.ts';

// The entry file of a thread that reads files beside the main one: digest-files.ts starts it.
parentPort?.once('message', async (request: DigestRequest) => parentPort?.postMessage(await digestShare(request)));

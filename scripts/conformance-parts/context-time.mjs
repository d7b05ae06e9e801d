/** The time of all files of a context, as buildah's suite has it: the one time that a builder must not make up. */
export const contextTime = 1485449953;

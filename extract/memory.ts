/** Bytes below which it is not worth the trouble. */
const leastBytes = 65_536

/**
 * Gives the memory of bytes that nobody will look at any more back at once. The collector would come for it late and, being told of many
 * megabytes, look through everything there is when it does. What shares its memory with others is left to it.
 */
export function release({ buffer, byteLength }: Uint8Array): void {
	const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
	if (isAlone && byteLength >= leastBytes && !buffer.detached) buffer.transfer(0)
}

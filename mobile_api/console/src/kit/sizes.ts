/** Bytes in words: `1.5 MiB`. */
export function bytesInWords(bytes: number): string {
  let [size, unit] = [bytes, 0];
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  while (size >= 1024 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

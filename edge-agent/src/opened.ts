/** Something that is opened over a network and closed in the end. */
interface Closable {
  close(): Promise<void>;
}

/**
 * What `opening` gives, or undefined when `lost` comes first, as at a shutdown that must not wait for a far side that
 * does not answer. What opens after that is closed again.
 *
 * @throws what `opening` throws.
 */
export async function openedUnlessLost<Link extends Closable>(
  opening: Promise<Link>,
  lost: Promise<string>,
): Promise<Link | undefined> {
  const first = await Promise.race([opening, lost]);
  if (typeof first !== "string") return first;
  opening.then((link) => link.close()).catch(() => undefined);
  return undefined;
}

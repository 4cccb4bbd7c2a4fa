/** Collection. */
export function CollectionPage() {
  return null;
}

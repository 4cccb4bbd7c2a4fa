/** Account. */
export function AccountPage() {
  return null;
}

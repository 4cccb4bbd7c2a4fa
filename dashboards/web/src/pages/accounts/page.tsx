/** Accounts. */
export function AccountsPage() {
  return null;
}

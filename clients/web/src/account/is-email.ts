/** Whether a text may be an e-mail address: enough to catch a slip of the hand; that it is one, only a message can prove. */
export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/.test(text.trim()) && text.trim().length <= 254;
}

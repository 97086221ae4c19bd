/** What one deployment may hold at most. */
export interface DeployLimits {
  readonly files: number;
  /** Of the zip, compressed. */
  readonly zipBytes: number;
  /** Of all files in it, unpacked. */
  readonly bytes: number;
}

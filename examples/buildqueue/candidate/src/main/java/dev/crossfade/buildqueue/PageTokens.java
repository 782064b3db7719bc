package dev.crossfade.buildqueue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signed offsets; the key lives as long as the process, unless BUILDQUEUE_TOKEN_KEY gives one in hex
 * that others have, too.
 */
public final class PageTokens {
  private static final int SIGNATURE_BYTES = 8;

  private final byte[] key;

  public PageTokens() {
    String shared = System.getenv("BUILDQUEUE_TOKEN_KEY");
    key = shared == null ? new byte[16] : HexFormat.of().parseHex(shared);
    if (shared == null) {
      new SecureRandom().nextBytes(key);
    }
  }

  public String write(int offset) {
    byte[] signed =
        ByteBuffer.allocate(12).put(sign(offset), 0, SIGNATURE_BYTES).putInt(offset).array();
    return Base64.getUrlEncoder().encodeToString(signed);
  }

  /** The offset of a token, -1 when it is not one of ours. */
  public int read(String token) {
    if (token.isEmpty()) {
      return 0;
    }
    try {
      byte[] data = Base64.getUrlDecoder().decode(token);
      if (data.length != 12) {
        return -1;
      }
      int offset = ByteBuffer.wrap(data, SIGNATURE_BYTES, 4).getInt();
      boolean ours = Arrays.equals(data, 0, SIGNATURE_BYTES, sign(offset), 0, SIGNATURE_BYTES);
      return ours ? offset : -1;
    } catch (IllegalArgumentException e) {
      return -1;
    }
  }

  private byte[] sign(int offset) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(Integer.toString(offset).getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}

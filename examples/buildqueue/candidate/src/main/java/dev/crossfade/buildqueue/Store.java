package dev.crossfade.buildqueue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * SQLite behind both APIs; one connection, one call at a time. Another process, such as the service
 * that this one replaces, may use the same file.
 */
public final class Store {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Connection db;

  public Store(String path, Path seedDir) throws SQLException, IOException {
    db = DriverManager.getConnection("jdbc:sqlite:" + path);
    try (Statement statement = db.createStatement()) {
      statement.execute("PRAGMA busy_timeout=10000");
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=OFF");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS builds (number INTEGER PRIMARY KEY AUTOINCREMENT,"
              + " id TEXT UNIQUE, project TEXT, branch TEXT, status TEXT,"
              + " exit_code INTEGER, log BLOB NOT NULL DEFAULT x'', document TEXT)");
      statement.execute("CREATE INDEX IF NOT EXISTS by_project ON builds (project, number)");
      try (ResultSet any = statement.executeQuery("SELECT 1 FROM builds LIMIT 1")) {
        if (any.next()) {
          return;
        }
      }
    }
    seed(seedDir.resolve("builds.jsonl"));
  }

  private void seed(Path file) throws SQLException, IOException {
    db.setAutoCommit(false);
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        insert(JSON.readValue(line, BuildRecord.class));
      }
    }
    db.commit();
    db.setAutoCommit(true);
  }

  private void insert(BuildRecord build) throws SQLException {
    try (PreparedStatement statement =
        db.prepareStatement(
            "INSERT INTO builds (id, project, branch, status, exit_code, document)"
                + " VALUES (?, ?, ?, ?, ?, ?)")) {
      statement.setString(1, build.id());
      statement.setString(2, build.project());
      statement.setString(3, build.branch());
      statement.setString(4, build.status());
      statement.setObject(5, build.exitCode());
      statement.setString(6, written(build));
      statement.executeUpdate();
    }
  }

  /** Adds a queued build and returns it with its generated id. */
  public synchronized BuildRecord submit(
      String project, String branch, List<String> labels, Map<String, String> environment) {
    BuildRecord build =
        new BuildRecord(
            UUID.randomUUID().toString(), project, branch, "QUEUED", labels, environment,
            Instant.now().getEpochSecond(), 0, 0, 0, 0, 0, null, null, null, List.of(),
            List.of(), List.of(), new BuildRecord.TriggerRecord(null, null, "api"));
    try {
      insert(build);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return build;
  }

  public synchronized Optional<BuildRecord> get(String id) {
    return query("WHERE id = ?", id).stream().findFirst();
  }

  public synchronized void setStatus(String id, String status) {
    update("UPDATE builds SET status = ? WHERE id = ?", status, id);
  }

  /** What was uploaded so far; empty when there is no such build. */
  public synchronized Optional<byte[]> log(String id) {
    try (PreparedStatement statement =
        db.prepareStatement("SELECT log FROM builds WHERE id = ?")) {
      statement.setString(1, id);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether there is such a build. */
  public synchronized boolean appendLog(String id, byte[] data) {
    return alone(
        () -> {
          Optional<byte[]> before = log(id);
          before.ifPresent(
              log -> {
                byte[] all = Arrays.copyOf(log, log.length + data.length);
                System.arraycopy(data, 0, all, log.length, data.length);
                update("UPDATE builds SET log = ? WHERE id = ?", all, id);
              });
          return before.isPresent();
        });
  }

  /** Whether there is such a build. */
  public synchronized boolean addArtifact(String id, String name) {
    return alone(
        () -> {
          Optional<BuildRecord> before = document(id);
          before.ifPresent(
              build -> {
                String document = written(build.withArtifact(name));
                update("UPDATE builds SET document = ? WHERE id = ?", document, id);
              });
          return before.isPresent();
        });
  }

  /** Runs a change that no other writer can come between. */
  private boolean alone(BooleanSupplier change) {
    update("BEGIN IMMEDIATE");
    try {
      boolean done = change.getAsBoolean();
      update("COMMIT");
      return done;
    } catch (RuntimeException e) {
      update("ROLLBACK");
      throw e;
    }
  }

  /** Newest first; all statuses when {@code status} is empty. */
  public synchronized List<BuildRecord> ofProject(String project, String status) {
    return status.isEmpty()
        ? query("WHERE project = ? ORDER BY number DESC", project)
        : query("WHERE project = ? AND status = ? ORDER BY number DESC", project, status);
  }

  public synchronized List<BuildRecord> search(String text, int limit) {
    return query(
        "WHERE branch LIKE ? AND project NOT LIKE 'sandbox-%' ORDER BY number LIMIT " + limit,
        "%" + text + "%");
  }

  private void update(String sql, Object... values) {
    try (PreparedStatement statement = db.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private Optional<BuildRecord> document(String id) {
    try (PreparedStatement statement =
        db.prepareStatement("SELECT document FROM builds WHERE id = ?")) {
      statement.setString(1, id);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(JSON.readValue(row.getString(1), BuildRecord.class))
            : Optional.empty();
      }
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String written(BuildRecord build) {
    try {
      return JSON.writeValueAsString(build);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Integer exitCode(ResultSet row) throws SQLException {
    return Bug.EXIT_CODE.isFixed() ? (Integer) row.getObject(3) : (Integer) row.getInt(3);
  }

  private List<BuildRecord> query(String condition, String... values) {
    try (PreparedStatement statement =
        db.prepareStatement(
            "SELECT document, status, exit_code, length(log) FROM builds " + condition)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      List<BuildRecord> builds = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          BuildRecord build = JSON.readValue(rows.getString(1), BuildRecord.class);
          builds.add(build.withColumns(rows.getString(2), exitCode(rows), rows.getLong(4)));
        }
      }
      return builds;
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}

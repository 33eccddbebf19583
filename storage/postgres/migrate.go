package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate applies the migrations that the database has not seen, while other
// processes that want the same wait.
func migrate(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger) (err error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	// Asked each second, for five minutes.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return err
	}
	// A step over a large table takes longer than any other statement may.
	cc := pool.Config().ConnConfig
	cc.RuntimeParams["statement_timeout"] = "0"
	db := stdlib.OpenDB(*cc)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	done, err := provider.Up(ctx)
	if err != nil {
		return classify(ctx, nil, fmt.Errorf("migrate: %w", err))
	}
	for _, m := range done {
		logger.InfoContext(ctx, "schema migrated", "version", m.Source.Version, "milliseconds", m.Duration.Milliseconds())
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return classify(ctx, nil, fmt.Errorf("migrate: %w", err))
	}
	if current > known {
		return fmt.Errorf("the database's schema has version %d and this build knows %d: use the build that wrote it, or a newer one", current, known)
	}
	return nil
}

import { exec } from "node:child_process";
import * as cp from "child_process";
import { promisify } from "util";

const execAsync = promisify(exec);

// Koa
router.get("/koa", async (ctx: any) => {
  const { id } = ctx.query;
  // ruleid: javascript-sql-injection
  await pool.query(`select ${id}`);
  // ok: javascript-sql-injection
  await pool.query("select $1", [id]);
});

// Fastify
fastify.get("/fastify", async (request: any, reply: any) => {
  // ruleid: javascript-sql-injection
  await pool.query("select " + request.params.id);
  // ruleid: javascript-command-injection
  await execAsync("ls " + request.query.dir);
  // ruleid: javascript-command-injection
  cp.execSync(`ls ${request.query.dir}`);
  // ok: javascript-command-injection
  cp.execFileSync("ls", ["--", request.query.dir]);
});

// Next
export async function POST(req: NextRequest) {
  const body = await req.json();
  // ruleid: javascript-sql-injection
  await prisma.$queryRawUnsafe("select " + body.id);
  // ok: javascript-sql-injection
  await prisma.$queryRawUnsafe("select $1", body.id);
  return Response.json({});
}

// Express
app.get("/express", async function (req: Request, res: Response) {
  // ruleid: javascript-nosql-injection
  await User.find({ name: req.query.name });
  // ok: javascript-nosql-injection
  const found = list.find((user) => user.id === req.query.id);
  const statement = "select * from shop where id=" + req.params.id;
  // ruleid: javascript-sql-injection
  connection.query(statement, () => res.json(found));
});

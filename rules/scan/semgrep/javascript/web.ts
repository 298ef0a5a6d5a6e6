// Koa
router.get("/koa", async (ctx: any) => {
  // ruleid: javascript-open-redirect
  ctx.redirect(ctx.query.next);
  // ruleid: javascript-cross-site-scripting
  ctx.body = "<b>" + ctx.request.body.name;
  // ok: javascript-cross-site-scripting
  ctx.body = { name: ctx.request.body.name };
});

// Next
export async function GET(request: Request) {
  const { searchParams } = new URL(request.url);
  // ruleid: javascript-ssrf
  const answer = await fetch(searchParams.get("url"));
  // ok: javascript-ssrf
  const other = await fetch("https://api.example/" + searchParams.get("id"));
  // ruleid: javascript-open-redirect
  return NextResponse.redirect(request.nextUrl.searchParams.get("next"), [answer, other]);
}

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  const { name } = req.query;
  // ruleid: javascript-cross-site-scripting
  res.send(`<p>${name}</p>`);
  // ok: javascript-cross-site-scripting
  res.json({ name });
}

// Express
app.get("/redirect", ({ query }, res) => {
  // ruleid: javascript-open-redirect
  res.redirect(query.to);
});

class Pictures {
  async show(req: Request, res: Response) {
    const url = req.body.url;
    // ruleid: javascript-ssrf
    await axios.get(url);
    // ruleid: javascript-ssrf
    await axios({ method: "get", url });
    // ruleid: javascript-path-traversal
    fs.createReadStream("/data/" + req.params.file).pipe(res);
    // ok: javascript-path-traversal
    fs.createReadStream("/data/" + path.basename(req.params.file)).pipe(res);
  }
}

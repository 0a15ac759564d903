using System.Globalization;

namespace Ml.Cnn.Serving.Tests.WebApi;

/// <summary>The sample's page, as people use it, in a real browser.</summary>
[TestClass]
public sealed class PageTests
{
    /// <summary>
    /// Protects everyone who looks: on phones and on desks, in light and in dark, an answer is shown whole, and nothing comes from elsewhere.
    /// </summary>
    [TestMethod]
    [DataRow(360, false)]
    [DataRow(360, true)]
    [DataRow(1280, false)]
    [DataRow(1280, true)]
    public async Task An_example_is_answered_with_the_five_most_probable_classes(int width, bool isDark)
    {
        await using var page = await BrowserPage.OpenAsync(width, isDark);
        var name = $"{width}-{(isDark ? "dark" : "light")}";
        await page.ScreenshotAsync($"{name}-before");
        Assert.Contains("lenet5 tells 10 classes apart", await page.TextAsync("#model"));
        await page.Page.ClickAsync("#examples li:nth-child(8) button");
        await page.AnswerAsync();
        await page.ScreenshotAsync(name);

        var expected = page.Api.Service.Predictor.Predict(await page.Api.Client.GetByteArrayAsync("/examples/7.png"));
        Assert.AreEqual(expected.Label, await page.TextAsync("#result-title"));
        var labels = await page.Page.EvaluateExpressionAsync<string[]>("[...document.querySelectorAll('#classes .label')].map(e => e.innerText)");
        CollectionAssert.AreEqual(expected.Classes.Select(each => each.Label).ToArray(), labels);
        var bars = await page.Page.EvaluateExpressionAsync<double[]>(
            "[...document.querySelectorAll('#classes .bar')].map(e => parseFloat(e.firstChild.style.width) / 100)");
        for (var i = 0; i < 5; i++)
            Assert.AreEqual(expected.Classes[i].Probability, bars[i], 1e-4);
        Assert.Contains($"The answer is {expected.Label}", await page.TextAsync("#status"));

        Assert.IsTrue(await page.Page.EvaluateExpressionAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways");
        var back = await page.Page.EvaluateExpressionAsync<int[]>("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)");
        Assert.AreEqual(isDark, back.Take(3).Sum() < 3 * 128, "the colors are not those that the user prefers");
        Assert.AreEqual(width < 600, await page.Page.EvaluateExpressionAsync<bool>("document.getElementById('take').offsetWidth > 0"));
        Assert.IsEmpty(page.Complaints, string.Join('\n', page.Complaints));
    }

    /// <summary>Protects the three ways in: a chosen file, a dropped one and a pasted one are answered alike.</summary>
    [TestMethod]
    public async Task Images_are_chosen_dropped_and_pasted()
    {
        using var folder = new TemporaryFolder();
        await using var page = await BrowserPage.OpenAsync();
        var file = folder.Write("chosen.png", TestModels.Digits[0]);
        await (await page.Page.QuerySelectorAsync("#file")).UploadFileAsync(file);
        await ShowsAsync("chosen.png", TestModels.Digits[0]);

        const string Dispatch = """
            (base64, name, type) => {
                const data = new DataTransfer();
                data.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], name, { type: 'image/png' }));
                const event = type === 'paste' ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true })
                    : new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
                document.getElementById('drop').dispatchEvent(event);
            }
            """;
        await page.Page.EvaluateFunctionAsync(Dispatch, Convert.ToBase64String(TestModels.Digits[1]), "dropped.png", "drop");
        await ShowsAsync("dropped.png", TestModels.Digits[1]);
        await page.Page.EvaluateFunctionAsync(Dispatch, Convert.ToBase64String(TestModels.Digits[2]), "pasted.png", "paste");
        await ShowsAsync("pasted.png", TestModels.Digits[2]);
        Assert.IsEmpty(page.Complaints, string.Join('\n', page.Complaints));

        async Task ShowsAsync(string name, byte[] image)
        {
            await page.Page.WaitForFunctionAsync("name => document.getElementById('name').innerText === name", name);
            await page.AnswerAsync();
            var expected = page.Api.Service.Predictor.Predict(image);
            Assert.AreEqual(expected.Label, await page.TextAsync("#result-title"));
            Assert.AreEqual($"{expected.Probability.ToString("P1", CultureInfo.InvariantCulture).Replace(" ", "")}", await page.TextAsync("#classes .share"));
        }
    }

    /// <summary>Protects who has no mouse or no sight: everything is reached by Tab and Enter, has a name, and the answer is announced.</summary>
    [TestMethod]
    public async Task The_page_works_by_keyboard_and_for_screen_readers()
    {
        await using var page = await BrowserPage.OpenAsync();
        List<string> reached = [];
        for (var i = 0; i < 11; i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            reached.Add(await page.Page.EvaluateExpressionAsync<string>("document.activeElement.ariaLabel ?? document.activeElement.innerText"));
        }
        CollectionAssert.AreEqual((string[])["Choose a file", .. Enumerable.Range(0, 10).Select(i => $"Example {i}.png")], reached);
        Assert.AreNotEqual("none", await page.Page.EvaluateExpressionAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
        await page.Page.Keyboard.PressAsync("Enter");
        await page.AnswerAsync();
        var expected = page.Api.Service.Predictor.Predict(await page.Api.Client.GetByteArrayAsync("/examples/9.png"));
        Assert.AreEqual("status", await page.Page.EvaluateExpressionAsync<string>("document.getElementById('status').getAttribute('role')"));
        Assert.StartsWith($"The answer is {expected.Label}, ", await page.TextAsync("#status"));
        Assert.AreEqual(0, await page.Page.EvaluateExpressionAsync<int>(
            "[...document.querySelectorAll('img')].filter(image => !image.hasAttribute('alt')).length"));
        Assert.AreEqual("en", await page.Page.EvaluateExpressionAsync<string>("document.documentElement.lang"));
    }

    /// <summary>Protects who gives a file that is not taken: the page says what the service says, in words, and the next image is answered.</summary>
    [TestMethod]
    public async Task A_refusal_is_shown_with_its_reason()
    {
        using var folder = new TemporaryFolder();
        await using var page = await BrowserPage.OpenAsync(360, isDark: false, "Limits:MaximumPixels=2000", "Limits:MaximumBytes=20000");
        var input = await page.Page.QuerySelectorAsync("#file");
        await input.UploadFileAsync(folder.Write("text.png", "text"u8.ToArray()));
        await ShowsAsync("The file is not an image of a known format.");
        await page.ScreenshotAsync("360-light-refused");
        await input.UploadFileAsync(folder.Write("pixels.png", BadImages.Blank(100, 100)));
        await ShowsAsync("The image has too many pixels. The image has 100 × 100 pixels");
        await input.UploadFileAsync(folder.Write("large.png", new byte[20_001]));
        await ShowsAsync("The file is too large");
        await input.UploadFileAsync(folder.Write("good.png", TestModels.Digits[0]));
        await page.AnswerAsync();
        Assert.IsTrue(await page.Page.EvaluateExpressionAsync<bool>("document.getElementById('error').hidden"));

        async Task ShowsAsync(string text)
        {
            await page.Page.WaitForFunctionAsync("text => document.querySelector('#error:not([hidden])')?.innerText.includes(text)", text);
            Assert.AreEqual("alert", await page.Page.EvaluateExpressionAsync<string>("document.getElementById('error').getAttribute('role')"));
            Assert.IsTrue(await page.Page.EvaluateExpressionAsync<bool>("document.getElementById('result').hidden"), "an answer is shown beside the error");
        }
    }
}
